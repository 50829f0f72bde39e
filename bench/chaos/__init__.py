"""One real call for each fault: what does the caller hear, and what is remembered of it?"""
