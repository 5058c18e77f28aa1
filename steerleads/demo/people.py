"""The demo's people, as (given name, family name); the Arabic ones also as they spell themselves in an e-mail."""

STAFF = [("Nadia", "Chraïbi"), ("Youssef", "El Amrani"), ("Élodie", "Garçon"), ("Karim", "Bensouda")]
TANGIER_STAFF = [("Salma", "Bennis"), ("Hamza", "Riffi")]

FRENCH = [
    ("Élodie", "Lefèvre"),
    ("François", "Bélanger"),
    ("Zoé", "Martin"),
    ("Jérôme", "Dupré"),
    ("Hélène", "Moreau"),
    ("Mehdi", "Benjelloun"),
    ("Imane", "Berrada"),
    ("Othmane", "Sqalli"),
    ("Kenza", "El Fassi"),
    ("Rachid", "Ouazzani"),
    ("Loubna", "Tazi"),
    ("Hicham", "Lahlou"),
    ("Samira", "Naciri"),
    ("Anas", "Cherkaoui"),
    ("Meryem", "Kettani"),
    ("Saïd", "Aït Benhaddou"),
    ("Noûr", "Belkacem"),
    ("Véronique", "Œuvrard"),
]
ARABIC = [
    ("أحمد", "بنعلي", "ahmed.benali"),
    ("سارة", "العلمي", "sara.alami"),
    ("محمد", "الإدريسي", "mohammed.idrissi"),
    ("فاطمة الزهراء", "بنجلون", "fz.benjelloun"),
    ("يوسف", "المنصوري", "youssef.mansouri"),
    ("خديجة", "التازي", "khadija.tazi"),
    ("عبد الرحيم", "بوعزة", "abderrahim.bouazza"),
    ("مريم", "الفاسي", "meryem.fassi"),
    ("عمر", "السقاط", "omar.sekkat"),
    ("نعيمة", "الودغيري", "naima.oudghiri"),
    ("رشيد", "حمداوي", "rachid.hamdaoui"),
    ("هند", "الشرقاوي", "hind.cherkaoui"),
    ("طارق", "بناني", "tarik.bennani"),
    ("زينب", "أمزيان", "zineb.ameziane"),
    ("مصطفى", "لحلو", "mustapha.lahlou"),
    ("إلياس", "برادة", "ilyas.berrada"),
]
ENGLISH = [
    ("James", "O’Connor"),
    ("Grace", "Mensah"),
    ("Daniel", "Smith"),
    ("Aisha", "Bello"),
    ("Thomas", "Wright"),
    ("Emily", "Clarke"),
    ("Ravi", "Menon"),
    ("Laura", "Jensen"),
    ("Omar", "Haddad"),
    ("Chloe", "Baker"),
]
