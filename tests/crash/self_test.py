"""Shows that the crash test can fail: each case makes the server break its word, or not have given it, and must be found out."""
import os, re, shutil, sqlite3, tempfile, time

import wire
from check import copy, frames
from model import GONE, Message, Op, State, Violation


class NotNow(Exception):
    """What the case needs is not there after this round's load."""


def pick(run, test):
    """A message of a work queue whose acknowledged state passes the test."""
    for queue in run.world.work:
        for m in queue.messages:
            if m.known() and test(m.known()): return m
    raise NotNow


def hidden(state): return state.earliest > time.time() + 1000
def visible(state): return state.must_be_visible(time.time())
def another(state, **values):
    """The state with some of it changed."""
    fields = {name: getattr(state, name) for name in State.__slots__}
    return State(**{**fields, **values})


# ---- the file

def older_file(run, gets):
    for end in ('', '-wal'):
        if os.path.exists(run.database + end): os.remove(run.database + end)
    copy(os.path.join(run.folder, 'before', 'q.db'), run.folder)


def log_cut_short(run, gets):
    found, _ = frames(run.database)
    if len(found) < 50: raise NotNow
    os.truncate(run.database + '-wal', found[len(found) // 2][0])


def damaged_page(run, gets):
    connection = sqlite3.connect(run.database)
    connection.execute('pragma wal_checkpoint(truncate)')
    pages, size = (connection.execute('pragma ' + p).fetchone()[0] for p in ('page_count', 'page_size'))
    connection.close()
    with open(run.database, 'r+b') as fh:
        for page in range(1, pages):
            fh.seek(page * size + 3)
            fh.write(b'\xff\xff')


# ---- messages: the server has not done what it is said to have acknowledged

def put_is_lost(run, gets):
    queue, state = run.world.work[0], State('p0.', 'AAAA', 0, 0, 0)
    m = Message(queue, 'p0', [state])
    m.note('put acknowledged, says the self-test')
    queue.messages.append(m)


def delete_comes_back(run, gets):
    m = pick(run, visible)
    m.becomes(GONE)
    m.queue.forget(m)


def hidden_delete_comes_back(run, gets):
    m = pick(run, hidden)
    m.becomes(GONE)
    m.queue.forget(m)


def text_is_older(run, gets):
    m = pick(run, lambda s: True)
    m.candidates = [another(m.known(), text='u0.')]


def dequeue_count_is_lower(run, gets):
    m = pick(run, lambda s: True)
    m.candidates = [another(m.known(), dequeue_count=m.known().dequeue_count + 1)]


def receipt_is_void(run, gets):
    m = pick(run, hidden)
    m.candidates = [another(m.known(), receipt='AgAAAAMAAAAAAAAALNdCOVDq2AE=')]


def visible_too_early(run, gets):
    m = pick(run, visible)
    m.candidates = [another(m.known(), earliest=time.time() + 3000, latest=time.time() + 3000)]


def visible_too_late(run, gets):
    m = pick(run, hidden)
    m.candidates = [another(m.known(), earliest=0, latest=0, receipt=None)]


def half_an_update(run, gets):
    m = pick(run, visible)
    late = time.time() + 3000
    m.candidates = [another(m.known(), earliest=late, latest=late), another(m.known(), text='u0.', receipt=None)]


def half_a_get(run, gets):
    m = pick(run, lambda s: hidden(s) and s.dequeue_count)
    if not any(n is not m and n.known() and visible(n.known()) for n in m.queue.messages): raise NotNow
    if gets[m.queue]: raise NotNow
    get, s = Op('get', m.queue, timeout=3600, count=2), m.known()
    get.sent = time.time()
    gets[m.queue] = [get]
    m.candidates = [State(s.text, 'AAAA', s.dequeue_count - 1, 0, 0), another(s, receipt=None, by=get)]


# ---- queues

def own(run, test):
    for queue in run.world.own:
        if len(queue.candidates) == 1 and queue.state() and test(queue.state()): return queue
    raise NotNow


def metadata_is_older(run, gets):
    queue = own(run, lambda s: True)
    queue.candidates = [('v0', queue.state()[1])]


def queue_is_lost(run, gets):
    for queue in run.world.own:
        if queue.candidates == [None]:
            queue.candidates = [('v0', ())]
            return
    raise NotNow


def deleted_queue_comes_back(run, gets): own(run, lambda s: True).candidates = [None]


def half_a_deleted_queue(run, gets):
    queue = own(run, lambda s: len(s[1]) > 1)
    metadata, messages = queue.state()
    queue.candidates = [(metadata, messages + (('o0.', False),)), (metadata, ())]


def put_and_not_cleared(run):
    """The cleared queue, and the text of a message in it."""
    queue = run.world.cleared
    if not queue.puts or queue.clears: raise NotNow
    return queue, next(iter(queue.puts))


def cleared_message_comes_back(run, gets):
    queue, text = put_and_not_cleared(run)
    del queue.puts[text]


def half_a_clear(run, gets):
    queue, _ = put_and_not_cleared(run)
    for kind, text in (('put', 'c0.'), ('clear', None)):
        op = Op(kind, queue, text=text)
        queue.sending(op)
        if text: queue.answered(op, wire.Answer(201, {}, b''))


# What is done, and what has to be said.
CASES = [
    (older_file, ''), (log_cut_short, ''), (damaged_page, 'integrity_check'),
    (put_is_lost, 'message p0|count is'), (delete_comes_back, 'count is|is deleted'), (hidden_delete_comes_back, 'count is|is deleted'),
    (text_is_older, 'with text'), (dequeue_count_is_lower, 'dequeue count'), (receipt_is_void, 'should be good, but is refused'),
    (visible_too_early, 'shows it|gave it'), (visible_too_late, 'should be visible'), (half_an_update, 'shows it|gave it'),
    (half_a_get, 'together they took 1'),
    (metadata_is_older, 'metadata'), (queue_is_lost, 'it is not there'), (deleted_queue_comes_back, 'it is there'),
    (half_a_deleted_queue, 'it is there'), (cleared_message_comes_back, 'was cleared'), (half_a_clear, 'has removed a part'),
]

UNDER_LOAD = (older_file, log_cut_short)


def attempt(rounds_class, tamper, seed):
    """What the checks say of the tampering; None where they find nothing."""
    folder = tempfile.mkdtemp(prefix='quprite-crash-self-test-')
    run = rounds_class(folder, seed)
    try:
        run.begin()
        for _ in range(20):
            run.round()
            copy(run.database, os.path.join(folder, 'before'))
            tampered = []

            def once(run, gets):
                try: tamper(run, gets)
                except NotNow: return
                tampered.append(True)
            try: run.round(once, quiet=tamper not in UNDER_LOAD)
            except Violation as e:
                if not tampered: raise
                return str(e)
            if tampered: return None
        return 'the case never applied'
    finally:
        run.close()
        shutil.rmtree(folder)


def run(rounds_class):
    """(passed, failed)"""
    good = bad = 0
    for seed, (tamper, expected) in enumerate(CASES):
        name = tamper.__name__.replace('_', ' ')
        try: said = attempt(rounds_class, tamper, seed)
        except Violation as e: said = 'before the self-test did anything: %s' % e
        if said is not None and re.search(expected, said) and not said.startswith(('before', 'the case')): good += 1
        else:
            bad += 1
            print('FAIL self-test, %s: %s' % (name, 'not found out' if said is None else 'expected %r, found: %s' % (expected, said)))
    print('self-test: %d broken words found out, %d not' % (good, bad), flush=True)
    return good, bad
