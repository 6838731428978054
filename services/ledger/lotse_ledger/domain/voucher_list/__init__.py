"""A treasurer's voucher list (Belegliste): what its columns mean and what each cell may say."""
