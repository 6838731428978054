"""What the way of a referral needs beside the referral itself."""
