"""What a request is answered with when it cannot be: one line of text."""


class BadRequestError(ValueError):
    """Something in the request is not understood, or asks for what there is not. The message says what."""
