"""Bad input in bulk: files spoiled a few thousand times, values made up by hypothesis, folders of foreign workbooks."""
