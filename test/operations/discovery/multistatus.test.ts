import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readProperty } from '../../../src/operations/discovery/multistatus.ts';

const read = (text: string) => readProperty(Buffer.from(text), '{DAV:}current-user-principal');
const propstat = (content: string, status = 'HTTP/1.1 200 OK') =>
  `<d:multistatus xmlns:d="DAV:"><d:response><d:href>/</d:href><d:propstat><d:prop>${content}</d:prop>
   <d:status>${status}</d:status></d:propstat></d:response></d:multistatus>`;

describe('RFC 5397 section 3: current-user-principal', () => {
  test('its href is read without the white space around it', () => {
    const answer = read(propstat('<d:current-user-principal>\n <d:href> /p/ </d:href></d:current-user-principal>'));
    assert.deepEqual(answer, { kind: 'hrefs', hrefs: ['/p/'] });
  });

  test('DAV:unauthenticated is told apart from an empty one', () => {
    const unauthenticated = '<d:current-user-principal><d:unauthenticated/></d:current-user-principal>';
    assert.deepEqual(read(propstat(unauthenticated)), { kind: 'unauthenticated' });
    assert.deepEqual(read(propstat('<d:current-user-principal/>')), { kind: 'empty' });
  });

  test('one with another status than 2xx is absent', () => {
    const answer = read(propstat('<d:current-user-principal/>', 'HTTP/1.1 404 Not Found'));
    assert.deepEqual(answer, { kind: 'absent', status: 'HTTP/1.1 404 Not Found' });
  });

  test('a multistatus without it says so', () => {
    assert.deepEqual(read(propstat('<d:displayname/>')), { kind: 'absent', status: undefined });
    assert.deepEqual(read('<multistatus xmlns="DAV:"/>'), { kind: 'absent', status: undefined });
  });

  test('a web page or broken XML is unreadable', () => {
    assert.equal(read('<html><body>hello</body></html>').kind, 'unreadable');
    assert.equal(read('<multistatus xmlns="DAV:">').kind, 'unreadable');
    assert.equal(read('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').kind, 'unreadable');
    assert.equal(read('').kind, 'unreadable');
  });
});
