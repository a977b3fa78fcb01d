"""``python -m services.gateway.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.gateway.settings import Settings
from services.gateway.subscribers import SERVICE
from shared import rotation

SECRETS: rotation.Secrets = {"answers": {"fingerprint": "answers/{}/fingerprint", "answer": "answers/{}/answer"}}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
