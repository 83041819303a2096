"""`metadata.managedFields` cut out of JSON that is not decoded: most of many objects, and a list of every key of a Secret."""

from audit.scanning import searcher

_KEY = '"managedFields":['
_is_there = searcher(r'"managedFields":\[')


def without(body: str) -> str:
    """Return the same JSON without the lists under `managedFields`; the same object where there are none.

    Cut are lists in which no other list begins, written as Go writes them. Where that cannot be seen with certainty, or where
    the key is written otherwise, the text is returned as it is, with the key in it: decode it.
    """
    if not _is_there(body):
        return body
    kept = []
    begun = 0
    start = body.find(_KEY)
    while start >= 0:
        end = body.find("]", start) + 1
        if not _is_whole(body[start + len(_KEY) : end]):
            return body
        if body[start - 1] == ",":
            start -= 1
        elif body[end : end + 1] == ",":
            end += 1
        kept.append(body[begun:start])
        begun = end
        start = body.find(_KEY, end)
    kept.append(body[begun:])
    return "".join(kept)


def _is_whole(rest: str) -> bool:
    """Tell whether the list's rest ends with its own bracket: no other opens, and that one stands in no string.

    Without escaped backslashes, each quote that has no backslash before it begins or ends a string.
    """
    if not rest or "[" in rest:
        return False
    escaped = 0
    if "\\" in rest:
        if "\\\\" in rest:
            return False
        escaped = rest.count('\\"')
    return (rest.count('"') - escaped) % 2 == 0
