"""What the server must hold, given what it acknowledged.

Each thing (a message, a queue) has a list of candidates: the states it may be in. An acknowledged state is one candidate. Sending a
request adds the states that it can lead to, its answer takes away those that it rules out, and so does whatever else shows which it
is. Where no candidate is left, the server has broken its word: a Violation. A request whose answer a kill cut off leaves its
candidates behind; the server may be in any of them, but not between two.

Times are seconds since 1970 on the machine's clock, which is the server's too.
"""
import time

import wire

# How much earlier, and later, than the test reckons the server may see a message become visible: its clock may be a little coarser.
SLACK, LATE = 0.02, 0.001
GONE = None


class Violation(Exception):
    """The server is not in any state that it may be in."""


def short(text):
    """A text for people: its tag and length."""
    return "''" if text == '' else '%s… (%d)' % (text.split('.')[0], len(text)) if text else str(text)


class State:
    """A message that exists. It becomes visible between `earliest` and `latest`; `receipt` is None where the answer that held it was
    cut off; `by` is the request without an answer that would have led here."""
    __slots__ = ('text', 'receipt', 'dequeue_count', 'earliest', 'latest', 'by')

    def __init__(self, text, receipt, dequeue_count, earliest, latest, by=None):
        self.text, self.receipt, self.dequeue_count, self.by = text, receipt, dequeue_count, by
        self.earliest, self.latest = earliest, latest

    def may_be_visible(self, until): return self.earliest - SLACK <= until
    def must_be_visible(self, since): return self.latest + LATE <= since

    def __str__(self):
        now = time.time()
        return 'text %s, dequeue count %d, visible %+.2f to %+.2f s from now, receipt %s%s' % (
            short(self.text), self.dequeue_count, self.earliest - now, self.latest - now, self.receipt or 'unknown',
            ', if [%s] was done' % self.by if self.by else '')


class Op:
    """A request on its way."""

    def __init__(self, kind, queue, message=None, text=None, timeout=0, count=1, state=None):
        self.kind, self.queue, self.message, self.text, self.timeout, self.count = kind, queue, message, text, timeout, count
        self.state = state              # of the message, before
        self.sent = self.outcome = None

    def interval(self, until):
        """When what it hides would become visible, had it been done between its sending and `until`."""
        return self.sent + self.timeout, until + self.timeout

    def __str__(self):
        return '%s %s%s%s' % (self.kind, self.queue.name, ' text %s' % short(self.text) if self.text is not None else '',
                              ' for %g s' % self.timeout if self.kind in ('put', 'get', 'update') else '')


class Message:
    def __init__(self, queue, name, candidates):
        self.queue, self.name, self.candidates = queue, name, candidates
        self.id = self.inserted = self.expires = None
        self.busy = None                # the Put, Update or Delete that is in flight for it
        self.matched = []               # the candidates that the last Get agreed with, while busy
        self.gets = 0                   # Gets of it seen
        self.taken = None               # the unanswered Get that is known to have taken it
        self.void = []                  # receipts that are no good any more
        self.texts = {s.text for s in candidates if s}
        self.history = []

    def note(self, text, *values):
        self.history.append('%.3f %s' % (time.time() % 1000, text % values if values else text))

    def known(self):
        """Its state, where there is one candidate, it exists, its receipt is known and nothing is in flight; or None."""
        if self.busy or len(self.candidates) != 1: return None
        state = self.candidates[0]
        return state if state and state.receipt else None

    def fail(self, what, *values):
        raise Violation('%s\n  message %s (%s) in queue %s\n  what it may be:\n%s\n  what was acknowledged (s):\n%s' % (
            what % values if values else what, self.name, self.id, self.queue.name,
            '\n'.join('    ' + (str(c) if c else 'gone') for c in self.candidates), '\n'.join('    ' + h for h in self.history)))

    def keep(self, test, what, *values):
        """Only the candidates for which `test` holds are left; there must be some."""
        left = [c for c in self.candidates if test(c)]
        if not left: self.fail(what, *values)
        self.candidates = left

    def becomes(self, state):
        for c in self.candidates:
            if c and c.receipt and c.receipt != (state and state.receipt): self.void.append(c.receipt)
        del self.void[:-3]
        self.candidates = [state]


class WorkQueue:
    """A queue that many put into, get from, update and delete in at once."""

    def __init__(self, name):
        self.name = name
        self.messages = []              # all that may be there
        self.by_id, self.by_text = {}, {}
        self.deleted = {}               # id -> message
        self.in_flight = set()

    # ---- requests

    def sending(self, op):
        op.sent = time.time()
        self.in_flight.add(op)
        if op.kind == 'put':
            op.message = Message(self, op.text.split('.')[0], [GONE, State(op.text, None, 0, op.sent, float('inf'), op)])
            op.message.busy = op
            self.messages.append(op.message)
            self.by_text[op.text] = op.message
        elif op.kind in ('update', 'delete'):
            op.message.busy, op.message.matched, op.gets = op, [], op.message.gets
            s = op.state
            op.outcome = GONE if op.kind == 'delete' else State(s.text if op.text is None else op.text, None, s.dequeue_count,
                                                                op.sent + op.timeout, float('inf'), op)
            op.message.candidates = [s, op.outcome]
            if op.text is not None: op.message.texts.add(op.text)

    def answered(self, op, answer):
        now = time.time()
        self.in_flight.discard(op)
        {'put': self._put, 'get': self._got, 'peek': self._peeked, 'update': self._updated, 'delete': self._updated}[op.kind](op, answer, now)

    def _put(self, op, answer, now):
        m = op.message
        m.busy = None
        if answer.status != 201: m.fail('Put Message was answered %d', answer.status)
        t, = wire.told(answer)
        m.note('put acknowledged: id %s, receipt %s, next visible %s', t.id, t.receipt, t.next_visible)
        self._meet(m, t)
        if m.gets: return               # a Get has shown it already
        m.becomes(self._state(m, op, now, op.text, t.receipt, 0, t.next_visible))

    def _got(self, op, answer, now):
        if answer.status != 200: raise Violation('%s was answered %d' % (op, answer.status))
        messages = wire.told(answer)
        if len(messages) > op.count: raise Violation('%s gave %d messages' % (op, len(messages)))
        for t in messages:
            m = self.find(op, t)
            m.note('got: dequeue count %d, receipt %s, next visible %s, text %s', t.dequeue_count, t.receipt, t.next_visible, short(t.text))
            fits = [c for c in m.candidates if c and c.text == t.text and
                    (c.dequeue_count == t.dequeue_count if c.by is op else
                     c.dequeue_count + 1 == t.dequeue_count and c.may_be_visible(now))]
            if not fits: m.fail('Get Messages gave it with text %s and dequeue count %d', short(t.text), t.dequeue_count)
            m.matched, m.gets = fits, m.gets + 1
            if all(c.by and c.by.kind == 'get' for c in fits): m.taken = fits[0].by
            m.becomes(self._state(m, op, now, t.text, t.receipt, t.dequeue_count, t.next_visible))
        for m in self.messages:         # those that this Get could have taken, and did not
            if any(c and c.by is op for c in m.candidates):
                m.keep(lambda c: not (c and c.by is op), 'its receipt was refused, yet no Get Messages has taken it')

    def _peeked(self, op, answer, now):
        """What a Peek shows has been done for good, answered or not."""
        if answer.status != 200: raise Violation('%s was answered %d' % (op, answer.status))
        for t in wire.told(answer):
            m = self.find(op, t)
            if t.text not in m.texts: m.fail('Peek Messages gave it with text %s', short(t.text))
            if not m.busy: continue
            if m.busy.kind == 'put': m.candidates = [c for c in m.candidates if c]
            elif m.busy.kind == 'update' and t.text == m.busy.text:
                m.note('peek shows the update to %s', short(t.text))
                m.keep(lambda c: c and c.text == t.text, 'Peek Messages shows an update that cannot have been')

    def _updated(self, op, answer, now):
        m = op.message
        m.busy = None
        done, refused = answer.status == 204, answer.status in (400, 404)
        if not done and not refused: m.fail('%s was answered %d', op, answer.status)
        m.note('%s %s', op, 'acknowledged' + (': receipt %s, next visible %s' % (
            answer.headers.get('x-ms-popreceipt'), answer.headers.get('x-ms-time-next-visible')) if op.kind == 'update' else '')
            if done else 'refused with %d' % answer.status)
        if m.gets != op.gets:           # a Get has shown it meanwhile, so it came before or after that one
            if done and op.outcome not in m.matched: m.fail('%s is acknowledged, but a later Get Messages gave it as before', op)
            if refused and m.matched == [op.outcome]: m.fail('%s is refused, but its outcome was seen', op)
            return
        if done and op.kind == 'delete':
            m.becomes(GONE)
            self.forget(m)
        elif done:
            state = op.outcome
            if state not in m.candidates: m.fail('%s is acknowledged, but was not done', op)
            m.becomes(self._state(m, op, now, state.text, answer.headers.get('x-ms-popreceipt'), state.dequeue_count,
                                  answer.headers.get('x-ms-time-next-visible')))
        else:                           # then a Get whose answer is still to come has taken it
            m.keep(lambda c: c is op.state, '%s is refused, but its outcome was seen', op)
            s = op.state
            m.candidates = [State(s.text, None, s.dequeue_count + 1, *get.interval(now), get) for get in self.in_flight
                            if get.kind == 'get' and s.may_be_visible(now)]
            if not m.candidates: m.fail('%s is refused, though its receipt %s is good', op, s.receipt)

    # ---- what a kill leaves

    def cut_off(self, now):
        """The server was killed: what is in flight has been done, or not."""
        gets = [op for op in self.in_flight if op.kind == 'get']
        for m in self.messages:
            m.busy = m.taken = None
            for c in m.candidates:
                if c: c.latest = min(c.latest, c.by.interval(now)[1]) if c.by else c.latest
            taken = [State(c.text, None, c.dequeue_count + 1, *get.interval(now), get) for get in gets for c in m.candidates
                     if c and c.by not in gets and c.may_be_visible(now)]
            if len(m.candidates) > 1 or taken: m.note('killed with %s in flight', '; '.join(
                sorted({str(c.by) for c in m.candidates + taken if c and c.by} | {str(op) for op in self.in_flight if op.message is m})))
            m.candidates += taken
        self.in_flight.clear()
        return gets

    # ---- checking, with nothing in flight

    def counts(self):
        """How many messages there are at least, and at most."""
        return sum(GONE not in m.candidates for m in self.messages), sum(m.candidates != [GONE] for m in self.messages)

    def all_got(self, since):
        """Get Messages had nothing more to give at `since`: what must be visible then is not there."""
        for m in list(self.messages):
            m.keep(lambda c: not (c and c.must_be_visible(since)), 'it should be visible, but Get Messages does not give it')
            if m.candidates == [GONE]: self.forget(m)

    def probed(self, m, op, answer):
        """An Update with the last receipt acknowledged, to see whether it is good."""
        now, receipt = time.time(), op.state.receipt
        if answer.status == 204:
            m.keep(lambda c: c and c.receipt == receipt, 'the receipt %s is good, but should not be', receipt)
            m.note('probe: receipt %s is good, now %s', receipt, answer.headers.get('x-ms-popreceipt'))
            s = m.candidates[0]
            m.becomes(self._state(m, op, now, s.text, answer.headers.get('x-ms-popreceipt'), s.dequeue_count,
                                  answer.headers.get('x-ms-time-next-visible')))
        elif answer.status in (400, 404):
            m.note('probe: receipt %s is refused with %d', receipt, answer.status)
            m.keep(lambda c: not c or c.receipt != receipt, 'the receipt %s should be good, but is refused with %d', receipt, answer.status)
            if m.candidates == [GONE]: self.forget(m)
        else: m.fail('%s was answered %d', op, answer.status)

    # ---- parts

    def find(self, op, t):
        """The message that an answer tells of; it must be one that may be there."""
        m = self.by_id.get(t.id)
        if m is None and t.id in self.deleted:
            m = self.deleted[t.id]
            if op.kind == 'peek' and m.deleted_at >= op.sent: return m
            m.fail('%s gave a message that is deleted', op.kind)
        if m is None:
            m = self.by_text.get(t.text)
            if m is None or m.id: raise Violation('%s gave a message that nobody has put: %s, text %s' % (op, t.id, short(t.text)))
        self._meet(m, t)
        return m

    def _meet(self, m, t):
        """Learns, or checks, what never changes."""
        if m.id is None:
            m.id, m.inserted, m.expires = t.id, t.inserted, t.expires
            self.by_id[t.id] = m
        elif (m.id, m.inserted, m.expires) != (t.id, t.inserted, t.expires):
            m.fail('id, insertion or expiration time have changed: %s, %s, %s; they were %s, %s, %s', t.id, t.inserted, t.expires, m.id,
                   m.inserted, m.expires)

    def _state(self, m, op, now, text, receipt, dequeue_count, next_visible):
        """The acknowledged state after `op`, whose answer says when the message is visible next, to the second."""
        earliest, latest = op.interval(now)
        if not receipt or not next_visible: m.fail('%s was answered without receipt or time next visible', op)
        told = wire.seconds(next_visible)
        if told > latest + SLACK or told + 1 < earliest - SLACK: m.fail('%s: time next visible is %s', op, next_visible)
        return State(text, receipt, dequeue_count, max(earliest, told), min(latest, told + 1))

    def forget(self, m):
        m.deleted_at = time.time()
        if m in self.messages: self.messages.remove(m)
        for texts in m.texts: self.by_text.pop(texts, None)
        if m.id:
            self.by_id.pop(m.id, None)
            self.deleted[m.id] = m


class OwnQueue:
    """A queue that one connection alone creates, fills, clears and deletes. Its candidates are whole states: None, or metadata and
    messages, (text, hidden) in order."""

    def __init__(self, name):
        self.name, self.candidates, self.history = name, [None], []

    def state(self): return self.candidates[0]

    def sending(self, op):
        op.sent, s = time.time(), self.state()
        op.outcome = {'create': lambda: (op.text, ()), 'delete queue': lambda: None, 'clear': lambda: (s[0], ()),
                      'set metadata': lambda: (op.text, s[1]), 'put': lambda: (s[0], s[1] + ((op.text, op.timeout > 0),))}[op.kind]()
        self.candidates = [s, op.outcome]

    def answered(self, op, answer):
        self.history.append('%.3f %s: %d' % (time.time() % 1000, op, answer.status))
        if answer.status not in (201, 204): self.fail('%s was answered %d' % (op, answer.status))
        self.candidates = [op.outcome]

    def fail(self, what):
        show = lambda s: 'not there' if s is None else 'metadata %s, messages %s' % (s[0], [(short(t), h) for t, h in s[1]])
        raise Violation('queue %s: %s\n  what it may be:\n%s\n  what was acknowledged (s):\n%s' % (
            self.name, what, '\n'.join('    ' + show(c) for c in self.candidates), '\n'.join('    ' + h for h in self.history[-40:])))

    def found(self, metadata, count, visible):
        """`metadata` is None where the queue is not there."""
        def fits(s):
            if s is None or metadata is None: return s is None and metadata is None
            return s[0] == metadata and len(s[1]) == count and [t for t, hidden in s[1] if not hidden] == visible
        left = [s for s in self.candidates if fits(s)]
        if not left:
            self.fail('it is ' + ('not there' if metadata is None else 'there, metadata %s, count %d, visible messages %s' % (
                metadata, count, [short(t) for t in visible])))
        self.candidates = left[:1]


class ClearedQueue:
    """A queue that many put into while others clear it. What has no answer, or overlapped with another's request, may have come
    before or after it."""

    def __init__(self, name):
        self.name, self.puts, self.clears, self.clock, self.history = name, {}, [], 0, []

    def sending(self, op):
        op.sent, op.at, op.done_at = time.time(), self._tick(), None
        if op.kind == 'put': self.puts[op.text] = op
        elif op.kind == 'clear': self.clears.append(op)

    def answered(self, op, answer):
        self.history.append('%.3f %s: %d' % (time.time() % 1000, op, answer.status))
        if answer.status != {'put': 201, 'clear': 204}[op.kind]: self.fail('%s was answered %d' % (op, answer.status))
        op.done_at = self._tick()
        if op.kind == 'clear':
            self.puts = {t: p for t, p in self.puts.items() if p.done_at is None or p.done_at > op.at}

    def clearing(self): return any(c.done_at is None for c in self.clears)

    def found(self, texts):
        """All that is there."""
        strange = [t for t in texts if t not in self.puts]
        if strange: self.fail('%s is there, but was cleared, or never put' % ', '.join(map(short, strange)))
        certain = []                    # what only an unanswered Clear can have removed
        for text, put in self.puts.items():
            before = lambda clear: put.done_at is not None and put.done_at < clear.at
            after = lambda clear: clear.done_at is not None and clear.done_at < put.at
            if put.done_at is not None and all(before(c) or after(c) for c in self.clears): certain.append(text)
        undone = [c for c in self.clears if c.done_at is None]
        open_to = [t for t in certain if any(self.puts[t].done_at < c.at for c in undone)]
        missing = [t for t in certain if t not in texts]
        lost = [t for t in missing if t not in open_to]
        if lost: self.fail('%s was acknowledged, but is not there' % ', '.join(map(short, lost)))
        if missing and any(t in texts for t in open_to):
            self.fail('a Clear Messages that was cut off has removed a part: %s are there, %s are not' % (
                ', '.join(short(t) for t in certain if t in texts), ', '.join(map(short, missing))))
        self.puts = {t: self.puts[t] for t in texts}
        for put in self.puts.values(): put.at = put.done_at = 0
        self.clears = []

    def fail(self, what):
        raise Violation('queue %s: %s\n  what was answered (s), latest last:\n%s' % (
            self.name, what, '\n'.join('    ' + h for h in self.history[-60:])))

    def _tick(self):
        self.clock += 1
        return self.clock
