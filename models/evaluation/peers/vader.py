"""Labels texts with VADER (PyPI vaderSentiment): JSON lines {"text"} in, {"label", "compound"} out, in the same order."""

import json
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

# The thresholds that VADER's authors give.
POSITIVE = 0.05
NEGATIVE = -0.05

analyzer = SentimentIntensityAnalyzer()
for line in sys.stdin:
    compound = analyzer.polarity_scores(json.loads(line)["text"])["compound"]
    label = "positive" if compound >= POSITIVE else "negative" if compound <= NEGATIVE else "neutral"
    print(json.dumps({"label": label, "compound": compound}))
