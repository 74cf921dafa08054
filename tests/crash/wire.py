"""Just enough of the Queue Storage wire protocol: signed requests as bytes, answers from bytes."""
import base64, functools, hashlib, hmac, re, socket
from collections import namedtuple
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, unescape

ACCOUNT = 'devstoreaccount1'
KEY = base64.b64decode('Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==')
VERSION = '2018-03-28'
SIGNED = ('content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type', 'date',
          'if-modified-since', 'if-match', 'if-none-match', 'if-unmodified-since', 'range')

Answer = namedtuple('Answer', 'status headers body')
# A message as Put, Get or Peek tells of it; what it does not tell is None.
Told = namedtuple('Told', 'id text receipt dequeue_count inserted expires next_visible')


def request(method, path, query=(), headers=(), body=b''):
    """The bytes of a request signed with Shared Key. `path` is below the account; `query` is (name, value) pairs, decoded."""
    path = '/%s%s' % (ACCOUNT, path)
    sent = {'x-ms-date': formatdate(usegmt=True), 'x-ms-version': VERSION, **dict(headers)}
    lines = [method] + [str(len(body)) if name == 'content-length' and body else '' for name in SIGNED]
    lines += ['%s:%s' % (name, sent[name]) for name in sorted(sent)]
    lines += ['/%s%s' % (ACCOUNT, path)] + ['%s:%s' % pair for pair in sorted(query)]
    signature = base64.b64encode(hmac.new(KEY, '\n'.join(lines).encode(), hashlib.sha256).digest()).decode()
    target = path + ('?' if query else '') + '&'.join('%s=%s' % (name, quote(value, safe='')) for name, value in query)
    head = ['%s %s HTTP/1.1' % (method, target), 'Host: 127.0.0.1', 'Content-Length: %d' % len(body),
            'Authorization: SharedKey %s:%s' % (ACCOUNT, signature)] + ['%s: %s' % pair for pair in sent.items()]
    return ('\r\n'.join(head) + '\r\n\r\n').encode() + body


def message_body(text):
    return ('<QueueMessage><MessageText>%s</MessageText></QueueMessage>' % escape(text)).encode()


def told(answer):
    """The messages in the body of an answer, in order."""
    found = []
    for block in re.findall(r'<QueueMessage>(.*?)</QueueMessage>', answer.body.decode(), re.S):
        field = dict(re.findall(r'<(\w+)>([^<]*)</\1>', block))
        field.update((name, '') for name in re.findall(r'<(\w+) ?/>', block))
        count = field.get('DequeueCount')
        text = field.get('MessageText')
        found.append(Told(field['MessageId'], None if text is None else unescape(text), field.get('PopReceipt'),
                          None if count is None else int(count), field['InsertionTime'], field['ExpirationTime'],
                          field.get('TimeNextVisible')))
    return found


@functools.lru_cache(4096)
def seconds(date):
    """An RFC 1123 date as seconds since 1970."""
    return parsedate_to_datetime(date).timestamp()


class Connection:
    """One connection, one request at a time. `op` is for its user: what is in flight on it."""

    def __init__(self, address):
        url = urlsplit(address)
        self.socket = socket.create_connection((url.hostname, url.port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.op = b'', None

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """Waits for bytes; the answer where it is complete now, None where it is not yet. EOFError where the server has closed."""
        try: piece = self.socket.recv(1 << 18)
        except ConnectionError: piece = b''
        if not piece: raise EOFError
        self.buffer += piece
        return self._parse()

    def ask(self, *arguments, **named):
        """A request and its answer."""
        self.send(request(*arguments, **named))
        answer = None
        while answer is None: answer = self.receive()
        return answer

    def close(self):
        self.socket.close()

    def _parse(self):
        end = self.buffer.find(b'\r\n\r\n')
        if end < 0: return None
        first, *rest = self.buffer[:end].decode('latin-1').split('\r\n')
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(':') for line in rest)}
        status, at = int(first.split(' ')[1]), end + 4
        if status == 204 or status < 200: body = b''
        elif headers.get('transfer-encoding', '').lower() == 'chunked':
            body = b''
            while True:
                line = self.buffer.find(b'\r\n', at)
                if line < 0: return None
                size = int(self.buffer[at:line].split(b';')[0], 16)
                if len(self.buffer) < line + 2 + size + 2: return None
                body, at = body + self.buffer[line + 2:line + 2 + size], line + 4 + size
                if not size: break
        else:
            size = int(headers.get('content-length', 0))
            if len(self.buffer) < at + size: return None
            body, at = self.buffer[at:at + size], at + size
        self.buffer = self.buffer[at:]
        return Answer(status, headers, body)
