"""JSON logs with trace ids, other libraries' lines included. Events are constant dotted names.

Of an exception only kind, our own words and places in the code are written, never values (``errors``).
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from structlog.typing import Processor

from shared.observability import errors

_QUIET = ("aio_pika", "aiormq", "httpx", "httpcore", "uvicorn.access", "pymongo", "faststream")


def _with_trace(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = f"{context.trace_id:032x}"
        entry["span_id"] = f"{context.span_id:016x}"
    return entry


def _with_error(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = entry.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        entry["error"] = errors.brief(error)
        entry["at"] = errors.places(error)
        if causes := [errors.brief(cause) for cause in errors.causes(error)]:
            entry["because_of"] = causes
    return entry


def _first_line(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """asyncio and others append objects, and with them values, on further lines."""
    entry["event"] = str(entry["event"]).partition("\n")[0]
    return entry


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_trace,
    _with_error,
]
_RENDER = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)


def own_processors() -> list[Processor]:
    """Make a line of one of our own events."""
    return [*_SHARED, _RENDER]


def foreign_formatter() -> logging.Formatter:
    """Writes lines of the standard library's loggers as ours."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, _first_line, *_SHARED],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _RENDER],
    )


def configure(service: str, level: str = "INFO") -> None:
    """Once per process, before the first line is written."""
    structlog.configure(
        processors=own_processors(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(foreign_formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
