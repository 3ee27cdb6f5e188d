project = 'Cloud Operations'
copyright = 'the rey-dashboard developers'
html_theme = 'alabaster'
html_theme_options = {'description': 'A Horizon dashboard for operators'}
nitpicky = True
