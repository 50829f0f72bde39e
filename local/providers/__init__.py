"""Local scripted stand-ins for Deepgram and OpenAI that speak their real wire protocols.

`python -m local.providers --port P` serves all of them on 127.0.0.1:P; the production plugins
run against it unchanged, by base URL. Nothing here is a model of those companies.
"""
