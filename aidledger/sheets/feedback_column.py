"""The column that feedback to a school adds to its tables. The reader knows it by name, whatever the language."""

FEEDBACK_COLUMNS = ("错误信息", "Problems found")
