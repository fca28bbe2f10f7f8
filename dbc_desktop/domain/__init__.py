"""The words of the field as frozen values; knows no other room."""
