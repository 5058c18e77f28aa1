"""What goes out by file and comes in, in the admin."""

from leads.interchange.exports.admin import ExportAdmin  # noqa: F401  where Django looks for admins
from leads.interchange.imports.admin import ImportAdmin  # noqa: F401  where Django looks for admins
