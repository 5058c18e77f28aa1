"""The demo's cars: (make, model, the beginning of its VINs, its price in dirhams when new)."""

MODELS = [
    ("Dacia", "Logan", "UU1", 135_000),
    ("Dacia", "Sandero Stepway", "UU1", 158_000),
    ("Dacia", "Duster", "UU1", 218_000),
    ("Renault", "Clio", "VF1", 186_000),
    ("Renault", "Mégane", "VF1", 262_000),
    ("Renault", "Captur", "VF1", 238_000),
    ("Peugeot", "208", "VF3", 192_000),
    ("Peugeot", "2008", "VF3", 245_000),
    ("Peugeot", "3008", "VF3", 358_000),
    ("Citroën", "C3", "VF7", 168_000),
    ("Citroën", "Berlingo", "VF7", 214_000),
    ("Hyundai", "i20", "NLH", 172_000),
    ("Hyundai", "Tucson", "TMA", 348_000),
    ("Kia", "Picanto", "KNA", 134_000),
    ("Kia", "Sportage", "U5Y", 356_000),
    ("Toyota", "Yaris", "VNK", 205_000),
    ("Toyota", "RAV4", "JTM", 462_000),
    ("Honda", "Civic", "SHH", 338_000),
    ("Volkswagen", "Golf", "WVW", 345_000),
    ("Volkswagen", "T-Roc", "WVG", 336_000),
    ("Škoda", "Octavia", "TMB", 312_000),
    ("Fiat", "500", "ZFA", 158_000),
    ("Ford", "Kuga", "WF0", 342_000),
    ("Mercedes-Benz", "Classe A", "WDD", 455_000),
    ("BMW", "Série 3", "WBA", 545_000),
    ("Nissan", "Qashqai", "SJN", 318_000),
]
PLACES = ["Casablanca", "Casablanca", "Casablanca", "Casablanca – Aïn Sebaâ", "Mohammedia", "Rabat", "Marrakech"]
TANGIER_PLACES = ["Tanger", "Tanger", "Tétouan"]

# By the beginning of stock numbers: where each dealership registers its cars.
REGISTERED_IN = {"AA": 6, "DM": 40}
PLATE_LETTERS = "أبدهوط"
VIN_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def car_fields(random, number, places, prefix, this_year):
    """The fields of one car, by the model's names; `number` makes its stock number."""
    make, model, vin_start, price = random.choice(MODELS)
    age = random.choice([0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 11])
    return {
        "make": make,
        "model": model,
        "overview_year": this_year - age,
        "plate": _plate(number, prefix) if age else None,  # a new car has none yet
        "vin": vin_start + "".join(random.choices(VIN_ALPHABET, k=14)),
        "stock_number": f"{prefix}-{number:04}",
        "price": round(price * 0.88**age / 500) * 500,
        "km": round(random.uniform(9_000, 21_000) * age + random.uniform(10, 4_000)),
        "location": random.choice(places),
    }


def _plate(number, prefix):
    # Without `random`: the rest of the demo stays as it is.
    return f"{10_000 + number * 7_919 % 90_000}-{PLATE_LETTERS[number % len(PLATE_LETTERS)]}-{REGISTERED_IN[prefix]}"
