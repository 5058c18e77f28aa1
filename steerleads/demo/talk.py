"""What salespeople of the demo write, in three languages: (action, tag, notes as a lead goes on).

The first note stands when the lead comes in (it may be missing), the others follow.
"""

FRENCH = [
    (
        "Rappeler pour le financement",
        "Financement",
        [
            "Souhaite un crédit sur 48 mois avec 30 000 DH d’apport.",
            "Dossier envoyé à la banque, réponse attendue jeudi.",
            "Crédit accordé. Rendez-vous pris pour la signature.",
        ],
    ),
    (
        "Planifier un essai",
        "Essai",
        [
            "Préfère le samedi matin.",
            "Essai confirmé samedi à 10 h, véhicule à laver la veille.",
            "Essai concluant, reste à choisir la couleur.",
        ],
    ),
    (
        "Envoyer des photos de l’intérieur",
        "Client chaud",
        ["Habite à Fès, ne peut pas se déplacer avant d’avoir vu l’intérieur.", "Photos envoyées par WhatsApp."],
    ),
    (
        "Estimer la reprise de l’ancien véhicule",
        "Reprise",
        [
            "Reprise d’une Clio 4 de 2016, 148 000 km, première main.",
            "Expertise faite : 62 000 DH proposés.",
            "Accepte à 65 000 DH.\nCarte grise et visite technique à apporter.",
        ],
    ),
    (
        "Préparer le dossier de vente",
        "Documents",
        [None, "Manque encore la photocopie de la CIN.", "Dossier complet, remis à la comptabilité."],
    ),
    ("Relancer après la visite", "Relance", ["Visite en famille dimanche.", "Ne répond pas, réessayer ce soir."]),
    (
        "Négocier le prix",
        "Client chaud",
        ["Demande 8 000 DH de remise, a vu moins cher à Rabat.", "Dernier prix donné : −5 000 DH avec les tapis."],
    ),
    ("Répondre à la demande du site", None, ["Le véhicule est-il toujours disponible ?"]),
    ("Prendre rendez-vous pour la livraison", "Livraison", [None, "Livraison prévue vendredi à 16 h."]),
    ("Vérifier la garantie constructeur", "Garantie", ["Garantie jusqu’à quand ? Extension possible ?"]),
]
ARABIC = [
    (
        "الاتصال بخصوص التمويل",
        "تمويل",
        [
            "مهتم بالتقسيط على 60 شهرا.",
            "أرسلنا الملف إلى البنك، الجواب يوم الخميس.",
            "تمت الموافقة على القرض، ننتظر التوقيع.",
        ],
    ),
    (
        "تحديد موعد لتجربة القيادة",
        "تجربة قيادة",
        ["يفضل صباح يوم السبت.", "تم تأكيد الموعد يوم السبت على الساعة 11.", "أعجبته السيارة، سيعود مع العائلة."],
    ),
    ("إرسال صور السيارة من الداخل", "عميل مهتم", ["يسكن في وجدة ويريد رؤية الصور أولا.", "أرسلنا الصور عبر واتساب."]),
    (
        "تقييم السيارة القديمة",
        "استبدال",
        ["عنده داسيا لوغان 2014، المحرك ديزل.", "التقييم: 48.000 درهم.", "طلب مهلة للتفكير."],
    ),
    ("تحضير وثائق البيع", "وثائق", [None, "تنقص نسخة من البطاقة الوطنية.", "الملف كامل."]),
    ("معاودة الاتصال بعد الزيارة", "متابعة", ["زيارة مع العائلة يوم الأحد.", "لا جواب، نحاول مرة أخرى مساء اليوم."]),
    ("مناقشة الثمن", "عميل مهتم", ["يطلب تخفيض 7.000 درهم.", "آخر ثمن: تخفيض 4.000 درهم مع تأمين الشهر الأول."]),
    ("الرد على طلب من الموقع", None, ["هل السيارة ما زالت متوفرة؟"]),
]
ENGLISH = [
    (
        "Follow up call about financing",
        "Financing",
        [
            "Works at the airport, paid in euros. Wants 36 months.",
            "Sent the offer by e-mail, call back on Tuesday.",
            "Bank said yes.",
        ],
    ),
    (
        "Schedule test drive",
        "Test Drive",
        ["Prefers weekend appointments.", "Booked for Saturday 3 pm.", "Test drive went well. Wants the grey one."],
    ),
    (
        "Send the inspection report",
        "Hot Lead",
        ["Moving to Casablanca in spring, buys before that.", "Report sent, asked about the gearbox."],
    ),
    ("Prepare sales documents", "Documentation", [None, "Needs a pro-forma invoice for the employer."]),
    (
        "Check whether export to Spain is possible",
        "Export",
        ["Will pay the transport.", "Customs papers take two weeks."],
    ),
    ("Call back about the price", "Follow-up", ["Saw the same model in Rabat for less."]),
]
EXTRA_NOTES = {
    "fr": [
        "Eu au téléphone : toujours d’actualité.",
        "Rappeler après le 15.",
        "A laissé un message, préfère WhatsApp.",
    ],
    "ar": ["اتصلنا به، ما زال مهتما.", "نتصل به بعد يوم 15.", "يفضل التواصل عبر واتساب."],
    "en": ["Called: still interested.", "Call again after the 15th.", "Left a message, prefers WhatsApp."],
}
LOST = {
    "fr": [
        "A acheté ailleurs.",
        "Ne répond plus.",
        "Budget insuffisant pour le moment.",
        "Véhicule vendu entre-temps.",
    ],
    "ar": ["اشترى سيارة أخرى.", "لم يعد يجيب.", "الميزانية غير كافية حاليا.", "السيارة بيعت."],
    "en": ["Bought elsewhere.", "No answer any more.", "Car was sold meanwhile."],
}
# What is to be done next.
STEPS = {
    "fr": ["Rappeler avec une offre", "Confirmer l’essai", "Envoyer le devis", "Relancer pour l’acompte"],
    "ar": ["معاودة الاتصال مع عرض", "تأكيد تجربة القيادة", "إرسال عرض السعر", "المتابعة بشأن العربون"],
}
