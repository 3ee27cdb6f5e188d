# A mend for Horizon 27, for the demo; see also dashboard_compress.py there.
#
# Compressed offline, only the default theme has styles: they are looked up by
# the template's text, which is the same for all themes. The folder holds
# Horizon's own _stylesheets.html with the theme's name added to that text.
# It has to come before Horizon's folder, which ADD_TEMPLATE_DIRS does not.

TEMPLATES[0]['DIRS'].insert(0, '$ETC/templates')  # noqa: F821 (settings.py's)
