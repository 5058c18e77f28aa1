"""Tables as people keep them: read from the files of spreadsheets and programs, and made safe to be opened by them."""
