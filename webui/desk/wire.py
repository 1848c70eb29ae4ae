"""What the routes of the desk have in common: how much they take, and in whose words they answer."""

from urllib.parse import quote

from fastapi import Request, Response

from core.errors import EncoreError
from webui.api.errors import MEGABYTE, OpenAIRoute, answer
from webui.i18n import DEFAULT, LANGUAGES, Texts, texts


class DeskRoute(OpenAIRoute):
    """As the API's routes, for what the page's own script sends: all the time, and never much."""

    max_body = 8 * MEGABYTE
    quiet = True

    def answer(self, request: Request, error: EncoreError) -> Response:
        """In the words of the page."""
        return answer(error, sentence=words_of(request).error(error))


def attachment(name: str) -> dict[str, str]:
    """The header that has a file saved as ``name``."""
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\%' else "_" for each in name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def words_of(request: Request) -> Texts:
    """The words of the page's language: as it says, or else as its browser does."""
    asked = request.query_params.get("language") or request.headers.get("accept-language", "")
    language = asked[:2].lower()
    return texts(language if language in LANGUAGES else DEFAULT)  # what else there is must not fill its memory
