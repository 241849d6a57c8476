"""Texts by which the reader recognises and skips what feedback added to a workbook, in every language."""

FEEDBACK_COLUMNS = ("错误信息", "Problems found")
"""The header of the column that feedback adds."""

FEEDBACK_TITLES = ("请按下列各条改正后重新报送", "Please correct what is listed here and send the file again")
"""The first cell of the list of problems that feedback puts before the school's sheets."""
