"""The visitor's side of a web chat: the hosted page, and the same in a frame on a client's site. [OC-1]"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import render, words
from api.console.pages.frame import Frame
from api.console.pages.plain import Chat, Problem
from api.console.readings import greet_visitor
from api.console.talk import language as language_name
from api.door import in_thread
from api.words import N_
from kernel import clock
from kernel.actor import NOBODY
from kernel.errors import OmniError


async def page(request: Request) -> Response:
    """GET /chat/{widget} and /chat/{widget}/frame."""
    answer: Response = await in_thread(_page, request)
    return answer


def _page(request: Request) -> Response:
    key, framed = request.path_params["widget"], request.url.path.endswith("/frame")
    language = words.choose(request.query_params.get("language"), request.headers.get("accept-language", ""))
    request.state.frame = Frame(language=language, now=clock.now(), path=request.url.path)
    try:
        found = greet_visitor(NOBODY, widget=key)
    except OmniError:
        gone = Problem(404, N_("There is no chat here"), N_("The address is wrong, or this chat is closed."))
        return render.page(request, "problem_solo.html", gone, status=404)
    greeting = found.greetings.get(language) or next(iter(found.greetings.values()), "")
    with words.speaking(language):
        languages = tuple((code, language_name(code)) for code in found.languages)
    return render.page(request, "chat/chat.html", Chat(key, found.label, greeting, framed, languages))


ROUTES = [Route("/chat/{widget}", page), Route("/chat/{widget}/frame", page)]
