"""The lists of a proof of use, as rows for spreadsheets: vouchers, plan against actual."""
