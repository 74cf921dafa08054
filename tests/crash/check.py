"""Compares what a restarted server holds with what it may hold."""
import itertools, os, shutil, sqlite3, tempfile, time

import wire
from load import LONG, SHORT, request_of
from model import Op, Violation

RETIRE = 15         # a work queue with that many messages that are out of reach makes room for a new one


class Check:
    def __init__(self, world, address):
        self.world, self.rng, self.connection = world, world.rng, wire.Connection(address)

    def close(self):
        self.connection.close()

    def set_up(self):
        """Creates the queues that are always there."""
        for queue in [*self.world.work, self.world.cleared]: self._must(201, 'PUT', '/' + queue.name)

    def everything(self, gets):
        """`gets`: for each work queue, the Get Messages that were cut off."""
        for queue in self.world.own: self._own(queue)
        self._cleared(self.world.cleared)
        for queue in self.world.work: self._work(queue, gets.get(queue, []))
        expected = {q.name for q in [*self.world.work, self.world.cleared]} | {q.name for q in self.world.own if q.state()}
        body = self._must(200, 'GET', '/', [('comp', 'list')]).body.decode()
        names = {piece.split('</Name>')[0] for piece in body.split('<Name>')[1:]}
        if names != expected:
            raise Violation('List Queues gives %s too much, and lacks %s' % (sorted(names - expected), sorted(expected - names)))
        self.world.work = [self._retired(queue) for queue in self.world.work]

    # ---- queues of one connection, and the one that is cleared

    def _own(self, queue):
        answer = self._count(queue)
        if answer is None: return queue.found(None, 0, [])
        count, metadata = answer
        queue.found(metadata, count, [t.text for t in self._peek(queue)])

    def _cleared(self, queue):
        texts = [t.text for t in self._peek(queue)]
        count, _ = self._count(queue)
        if count != len(texts): queue.fail('the approximate count is %d, but there are %d messages' % (count, len(texts)))
        queue.found(texts)

    # ---- work queues

    def _work(self, queue, gets):
        rng = self.rng
        began = min((g.sent for g in gets), default=0)
        untouched = [m for m in queue.messages if m.candidates[0] and m.candidates[0].must_be_visible(began) and
                     all(c is m.candidates[0] or c and c.by in gets for c in m.candidates)]
        self._counts(queue)
        self._visible_ones(queue)
        self._deleted_ones(queue)
        # Half of the receipts are tried before anything else could void them, the others after those that are visible have been got.
        # Each is made visible by that, so that in the end all of them are got, and their texts and dequeue counts are seen.
        for m in self._with_receipt(queue):
            if rng.random() < .5: self._probe(m)
        got = self._get_all(queue)
        for m in self._with_receipt(queue):
            if m not in got: self._probe(m)
        self._get_all(queue)
        self._void_ones(queue)
        self._whole_gets(queue, gets, untouched)
        self._counts(queue)
        for m in list(queue.messages):
            if m.known() and rng.random() < .5:
                op = Op('update', queue, m, state=m.known(), timeout=rng.choice((0, 0, 0, *SHORT)))
                self._answer(op)

    def _counts(self, queue):
        least, most = queue.counts()
        count = (self._count(queue) or (None,))[0]
        if count is None: raise Violation('queue %s is not there any more' % queue.name)
        if least <= count <= most: return
        # Which one it is says more: asking for each of them finds it.
        if least == most:
            for m in self._with_receipt(queue): self._probe(m)
            self._get_all(queue)
        raise Violation('queue %s: the approximate count is %d; it should be %s' % (
            queue.name, count, least if least == most else '%d to %d' % (least, most)))

    def _visible_ones(self, queue):
        """Peek shows none that is hidden."""
        op = Op('peek', queue, count=32)
        op.sent = time.time()
        shown, now = self._peek(queue), time.time()
        for t in shown:
            m = queue.find(op, t)
            if not any(c and c.text == t.text and c.dequeue_count == t.dequeue_count and c.may_be_visible(now) for c in m.candidates):
                m.fail('Peek Messages shows it, with text %.20s and dequeue count %d', t.text, t.dequeue_count)

    def _with_receipt(self, queue):
        return [m for m in queue.messages if any(c and c.receipt for c in m.candidates)]

    def _probe(self, m):
        state = next(c for c in m.candidates if c and c.receipt)
        op = Op('update', m.queue, m, state=state)
        op.sent = time.time()
        m.queue.probed(m, op, self._ask(op))

    def _get_all(self, queue):
        """Takes all visible messages, a random few at a time."""
        got = []
        while True:
            op = Op('get', queue, timeout=self.rng.choice((LONG, LONG, *SHORT)), count=self.rng.choice((32, 32, 32, 7)))
            before = {id(m): m.gets for m in queue.messages}
            if not self._answer(op): break
            got += [m for m in queue.messages if m.gets != before.get(id(m), 0)]
        queue.all_got(op.sent)
        return got

    def _deleted_ones(self, queue):
        """What was deleted last cannot be deleted again."""
        for m in list(queue.deleted.values())[-3:]:
            if m.void: self._refused(m, m.void[-1], 'it is deleted, yet can be deleted')

    def _void_ones(self, queue):
        """A receipt that was replaced stays void."""
        for m in self.rng.sample(queue.messages, min(5, len(queue.messages))):
            known = {c.receipt for c in m.candidates if c}
            if m.id and m.void and m.void[-1] not in known: self._refused(m, m.void[-1], 'its receipt %s is void, yet deletes it' % m.void[-1])

    def _refused(self, m, receipt, what):
        answer = self.connection.ask('DELETE', '/%s/messages/%s' % (m.queue.name, m.id), [('popreceipt', receipt)])
        if answer.status not in (400, 404): m.fail('%s (answer %d)', what, answer.status)

    def _whole_gets(self, queue, gets, untouched):
        """A Get Messages that was cut off has taken as many as it would have, or none."""
        taken = lambda c: c and c.by in gets
        sure = sum(m.taken in gets if m.taken else all(map(taken, m.candidates)) for m in queue.messages)
        most = sum(m.taken in gets if m.taken else any(map(taken, m.candidates)) for m in queue.messages)
        if not any(m.taken is None and not any(map(taken, m.candidates)) for m in untouched): return   # it may have taken all there were
        sums = {sum(c) for n in range(len(gets) + 1) for c in itertools.combinations([g.count for g in gets], n)}
        if not any(sure <= s <= most for s in sums):
            raise Violation('queue %s: Get Messages of %s messages were cut off; together they took %s, and left others' % (
                queue.name, [g.count for g in gets], sure if sure == most else '%d to %d' % (sure, most)))

    def _retired(self, queue):
        """The queue, or a new one in its place where too much of it is out of reach."""
        if sum(len(m.candidates) > 1 or not m.known() for m in queue.messages) <= RETIRE: return queue
        self._must(204, 'DELETE', '/' + queue.name)
        if self._count(queue) is not None: raise Violation('queue %s is deleted, but there' % queue.name)
        queue = self.world.make_work_queue()
        self._must(201, 'PUT', '/' + queue.name)
        return queue

    # ---- asking

    def _ask(self, op):
        self.connection.send(request_of(op))
        answer = None
        while answer is None: answer = self.connection.receive()
        return answer

    def _answer(self, op):
        """Asks, and lets the model judge the answer; whether there was a message in it."""
        op.queue.sending(op)
        answer = self._ask(op)
        op.queue.answered(op, answer)
        return b'<QueueMessage>' in answer.body

    def _must(self, status, method, path, *arguments):
        answer = self.connection.ask(method, path, *arguments)
        if answer.status != status: raise Violation('%s %s: %d instead of %d: %s' % (method, path, answer.status, status, answer.body[:300]))
        return answer

    def _peek(self, queue):
        return wire.told(self._must(200, 'GET', '/%s/messages' % queue.name, [('numofmessages', '32'), ('peekonly', 'true')]))

    def _count(self, queue):
        """Approximate message count, and metadata; None where the queue is not there."""
        answer = self.connection.ask('GET', '/' + queue.name, [('comp', 'metadata')])
        if answer.status == 404: return None
        if answer.status != 200: raise Violation('Get Queue Metadata of %s: %d' % (queue.name, answer.status))
        return int(answer.headers['x-ms-approximate-messages-count']), answer.headers.get('x-ms-meta-v')


# ------------------------------------------------------------------ the file

def copy(database, folder):
    """Copies the database file and its log, as they are, into the folder."""
    os.makedirs(folder, exist_ok=True)
    for end in ('', '-wal'):
        if os.path.exists(database + end): shutil.copyfile(database + end, os.path.join(folder, os.path.basename(database) + end))
    return os.path.join(folder, os.path.basename(database))


def integrity(database):
    """What SQLite finds wrong in the file, recovered from its log; of a copy, so that the server finds it as it was."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(copy(database, folder))
        try: found = [row[0] for row in connection.execute('pragma integrity_check')]
        except sqlite3.DatabaseError as e: found = [str(e)]
        finally: connection.close()
    if found != ['ok']: raise Violation('pragma integrity_check of %s: %s' % (database, '; '.join(found[:5])))


def frames(database):
    """(offset, header) of each page in the log that counts, and which log it is: SQLite starts it over without making it shorter."""
    try:
        with open(database + '-wal', 'rb') as fh: log = fh.read()
    except FileNotFoundError: return [], None
    page, salt = int.from_bytes(log[8:12], 'big') or 4096, log[16:24]
    return [(at, log[at:at + 24]) for at in range(32, len(log), 24 + page) if log[at + 8:at + 16] == salt], salt


def transactions(database):
    """How many committed transactions the log holds, and which log it is."""
    found, log = frames(database)
    return sum(header[4:8] != b'\0\0\0\0' for _, header in found), log
