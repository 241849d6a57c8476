"""What feedback adds to a school's workbook and the reader passes over, in every language that it may be written in."""

FEEDBACK_COLUMNS = ("错误信息", "Problems found")
"""The header of the column beside the school's own."""

FEEDBACK_TITLES = ("请按下列各条改正后重新报送", "Please correct what is listed here and send the file again")
"""The first cell of the list in front of the school's sheets."""
