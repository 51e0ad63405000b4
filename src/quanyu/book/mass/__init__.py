"""Many rows at once: what an act writes for a whole table of policies or claims, in columns and by COPY.

It writes the same rows and the same records as the acts one by one, and the tests hold it to that.
"""
