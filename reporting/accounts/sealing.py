"""Secrets of second factors, sealed with the signing key before they reach the database."""

import base64
import logging
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

logger = logging.getLogger(__name__)

PURPOSE = b"platsplan second factors"


def seal(text: str) -> str:
    """Encrypt with a key made from SECRET_KEY."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made, also with a former key (SECRET_KEY_FALLBACKS).

    Returns:
        the text; a random one, which no code ever fits, when no key opens the seal.
    """
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        logger.error("A second factor was sealed with another SECRET_KEY. Its owner needs a new one.")
        return base64.b32encode(secrets.token_bytes(20)).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
