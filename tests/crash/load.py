"""Random requests on many connections at once, up to the moment at which the server is killed."""
import os, selectors, signal, time

import wire
from model import ClearedQueue, Op, OwnQueue, Violation, WorkQueue

LIVE = 50           # messages in a work queue, about
SHORT, LONG = (1, 2), 3600


class World:
    """What the server holds: the queues that the load works on. Kept from round to round."""

    def __init__(self, rng, connections):
        self.rng, self.numbers = rng, iter(range(1, 1 << 30))
        self.make_work_queue = lambda: WorkQueue('work-%d' % next(self.numbers))
        self.work = [self.make_work_queue(), self.make_work_queue()]
        self.cleared = ClearedQueue('cleared')
        self.own = [OwnQueue('own-%d' % n) for n in range(connections)]
        self.filling = False            # only what makes messages visible

    def text(self, letter):
        size = self.rng.choice((0, 20, 100, 300, 300, 1000, 4000)) if self.rng.random() < .95 else self.rng.randrange(20000, 60000)
        return '%s%d.%s' % (letter, next(self.numbers), ' é<&>]'[:size % 5 + 1] + 'x' * size)

    # ---- choosing what to do

    def choose(self, own):
        """An operation for the connection that owns the queue `own`."""
        kind = self.rng.random()
        return self._own(own) if kind < .15 else self._cleared() if kind < .25 else self._work(self.rng.choice(self.work))

    def _work(self, queue):
        rng, live = self.rng, len(queue.messages)
        kind = rng.choices(('put', 'get', 'peek', 'update', 'delete'),
                           (max(4, 2 * (LIVE - live)), 0 if self.filling else 8, 4, 20, 0 if self.filling else max(6, live - LIVE)))[0]
        if kind == 'put':
            return Op('put', queue, text=self.text('p'), timeout=self._hidden(80, 17, 3))
        if kind == 'get':
            long = rng.random() < .15       # taken for long by a request that gets no answer, it is out of reach
            return Op('get', queue, timeout=LONG if long else rng.choice(SHORT), count=1 if long else rng.choice((1, 2, 3, 5, 32)))
        if kind in ('update', 'delete'):
            known = [m for m in queue.messages if m.known()]
            if known:
                m = rng.choice(known)
                return Op(kind, queue, m, state=m.known(), text=self.text('u') if kind == 'update' and rng.random() < .5 else None,
                          timeout=self._hidden(45, 15, 40) if kind == 'update' else 0)
        return Op('peek', queue, count=32)

    def _hidden(self, *weights):
        """A visibility timeout: none, short or long."""
        return 0 if self.filling else self.rng.choices((0, self.rng.choice(SHORT), LONG), weights)[0]

    def _own(self, queue):
        state = queue.state()
        if state is None: return Op('create', queue, text='v%d' % next(self.numbers))
        kind = self.rng.choices(('put', 'clear', 'set metadata', 'delete queue'), (60 if len(state[1]) < 30 else 0, 10, 12, 18))[0]
        if kind == 'put': return Op('put', queue, text=self.text('o'), timeout=self.rng.choice((0, 0, LONG)))
        return Op(kind, queue, text='v%d' % next(self.numbers) if kind == 'set metadata' else None)

    def _cleared(self):
        queue = self.cleared
        full = len(queue.puts) > 24
        if not queue.clearing() and (full or self.rng.random() < .15): return Op('clear', queue)
        if full: return self._work(self.work[0])
        return Op('put', queue, text=self.text('c'))


def request_of(op):
    """The bytes that ask for it."""
    queue, messages = '/' + op.queue.name, '/%s/messages' % op.queue.name
    timeout = ('visibilitytimeout', str(op.timeout))
    if op.kind == 'put':
        return wire.request('POST', messages, [timeout], [], wire.message_body(op.text))
    if op.kind == 'get': return wire.request('GET', messages, [('numofmessages', str(op.count)), timeout])
    if op.kind == 'peek': return wire.request('GET', messages, [('numofmessages', str(op.count)), ('peekonly', 'true')])
    if op.kind == 'clear': return wire.request('DELETE', messages)
    if op.kind == 'create': return wire.request('PUT', queue, [], [('x-ms-meta-v', op.text)])
    if op.kind == 'set metadata': return wire.request('PUT', queue, [('comp', 'metadata')], [('x-ms-meta-v', op.text)])
    if op.kind == 'delete queue': return wire.request('DELETE', queue)
    one = '%s/%s' % (messages, op.message.id)
    if op.kind == 'delete': return wire.request('DELETE', one, [('popreceipt', op.state.receipt)])
    return wire.request('PUT', one, [('popreceipt', op.state.receipt), timeout], [],
                        b'' if op.text is None else wire.message_body(op.text))


class Load:
    def __init__(self, world, server):
        self.world, self.server, self.rng = world, server, world.rng
        self.connections = [wire.Connection(server.address) for _ in world.own]
        for connection, queue in zip(self.connections, world.own): connection.own = queue

    def burst(self):
        """A request on every connection, all of which come in at once."""
        self._turn(at_once=True)
        self._collect()

    def run_and_kill(self):
        """Works for a random time, kills the server at a random instant, and takes in what it had still answered."""
        end = time.monotonic() + self.rng.uniform(.02, .15)
        how = self.rng.choices(('timer', 'first answer', 'pause'), (30, 25, 45))[0]
        timer = self._kill_after(end - time.monotonic()) if how == 'timer' else None
        pause = self.rng.uniform(0, .001) if how == 'pause' else self.rng.uniform(0, .0002)
        try:
            while timer or time.monotonic() < end:
                self._turn(self.rng.random() < .5)
            # Killed just as a group is worked on, or its answers go out: when all connections' requests have come in at once,
            # and there is something to get.
            self.world.filling = True
            self.burst()
            self.world.filling = False
            self._send(self.connections, at_once=True)
            if how == 'first answer': self._ready()
            moment = time.perf_counter() + pause
            while time.perf_counter() < moment: pass
            os.kill(self.server.pid, signal.SIGKILL)
        except (EOFError, ConnectionError): self.world.filling = False
        if timer: os.waitpid(timer, 0)
        for connection in self.connections:
            try:
                while connection.op: self._take(connection)
            except EOFError: pass
            connection.close()
        status = self.server.process.wait()
        if status != -signal.SIGKILL: raise Violation('the server ended by itself, with status %s' % status)

    def _kill_after(self, seconds):
        """A process of its own kills it, so that what this one is at does not matter."""
        pid = os.fork()
        if pid: return pid
        try:
            time.sleep(seconds)
            os.kill(self.server.pid, signal.SIGKILL)
        finally: os._exit(0)

    def _turn(self, at_once):
        """Sends on every connection that is free, having waited for all of them to be if `at_once`; takes in answers."""
        if at_once: self._collect()
        self._send([c for c in self.connections if not c.op], at_once)
        self._answers()

    def _collect(self):
        while any(c.op for c in self.connections): self._answers()

    def _ready(self):
        """The connections that an answer has come in on; waits for one."""
        with selectors.PollSelector() as selector:
            for c in self.connections:
                if c.op: selector.register(c.socket, selectors.EVENT_READ, c)
            ready = selector.select(10)
        if not ready: raise Violation('no answer within 10 s to: %s' % '; '.join(str(c.op) for c in self.connections if c.op))
        return [key.data for key, _ in ready]

    def _answers(self):
        for connection in self._ready(): self._take(connection)

    def _take(self, connection):
        answer = connection.receive()
        if answer is None: return
        op, connection.op = connection.op, None
        op.queue.answered(op, answer)

    def _send(self, connections, at_once):
        """`at_once`: the server stands still while they are sent, and so finds all of them in one turn."""
        out = []
        for connection in connections:
            connection.op = op = self.world.choose(connection.own)
            out.append((connection, request_of(op)))
            op.queue.sending(op)
        if at_once: os.kill(self.server.pid, signal.SIGSTOP)
        try:
            for connection, data in out: connection.send(data)
        finally:
            if at_once: os.kill(self.server.pid, signal.SIGCONT)
