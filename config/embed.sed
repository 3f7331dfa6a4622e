# config/embed.sed - text to the C string literals that config_defaults.c includes.
s/\\/\\\\/g
s/"/\\"/g
s/^/"/
s/$/\\n"/
