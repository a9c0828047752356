"""Referral messages: read, matched with what is stored, written in one transaction, answered."""
