import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConditionHeaders, evaluate } from '../../../src/formats/http/conditions.ts';
import { HeaderError, httpDate } from '../../../src/formats/http/headers.ts';

const MODIFIED = 784111777;
const current = { etag: '"a"', modified: MODIFIED + 0.7 };
const before = httpDate(MODIFIED - 1);
const then = httpDate(MODIFIED);

const get = (headers: ConditionHeaders) => evaluate(headers, current, 'GET');
const put = (headers: ConditionHeaders) => evaluate(headers, current, 'PUT');
const create = (headers: ConditionHeaders) => evaluate(headers, undefined, 'PUT');

describe('conditions', () => {
  test('without any the request proceeds', () => {
    assert.deepEqual([get({}), put({}), create({})], ['proceed', 'proceed', 'proceed']);
  });

  test('RFC 9110 section 13.1.1: If-Match wants one of its tags, or anything', () => {
    assert.equal(put({ ifMatch: '"b", "a"' }), 'proceed');
    assert.equal(put({ ifMatch: '"b"' }), 'failed');
    assert.equal(put({ ifMatch: '*' }), 'proceed');
    assert.equal(create({ ifMatch: '*' }), 'failed');
    assert.equal(create({ ifMatch: '"a"' }), 'failed');
    assert.equal(get({ ifMatch: '"b"' }), 'failed');
  });

  test('RFC 9110 section 8.8.3.2: weak tags never match If-Match and do match If-None-Match', () => {
    const weak = { ...current, etag: 'W/"a"' };
    assert.equal(put({ ifMatch: 'W/"a"' }), 'failed');
    assert.equal(evaluate({ ifMatch: '"a"' }, weak, 'PUT'), 'failed');
    assert.equal(evaluate({ ifMatch: 'W/"a"' }, weak, 'PUT'), 'failed');
    assert.equal(get({ ifNoneMatch: 'W/"a"' }), 'not-modified');
    assert.equal(evaluate({ ifNoneMatch: '"a"' }, weak, 'HEAD'), 'not-modified');
  });

  test('RFC 9110 section 13.1.2: If-None-Match wants none of its tags, or nothing at all', () => {
    assert.equal(create({ ifNoneMatch: '*' }), 'proceed');
    assert.equal(put({ ifNoneMatch: '*' }), 'failed');
    assert.equal(put({ ifNoneMatch: '"a"' }), 'failed');
    assert.equal(put({ ifNoneMatch: '"b"' }), 'proceed');
    assert.equal(get({ ifNoneMatch: '*' }), 'not-modified');
    assert.equal(get({ ifNoneMatch: '"b"' }), 'proceed');
  });

  test('RFC 9110 section 13.1.3: If-Modified-Since is for reading', () => {
    assert.equal(get({ ifModifiedSince: then }), 'not-modified');
    assert.equal(get({ ifModifiedSince: before }), 'proceed');
    assert.equal(put({ ifModifiedSince: then }), 'proceed');
    assert.equal(evaluate({ ifModifiedSince: then }, undefined, 'GET'), 'proceed');
  });

  test('RFC 9110 section 13.1.4: If-Unmodified-Since', () => {
    assert.equal(put({ ifUnmodifiedSince: then }), 'proceed');
    assert.equal(put({ ifUnmodifiedSince: before }), 'failed');
    assert.equal(create({ ifUnmodifiedSince: before }), 'proceed');
  });

  test('RFC 9110 section 13.2.2: tags go before dates, If-Match goes before If-None-Match', () => {
    assert.equal(put({ ifMatch: '"a"', ifUnmodifiedSince: before }), 'proceed');
    assert.equal(get({ ifNoneMatch: '"b"', ifModifiedSince: then }), 'proceed');
    assert.equal(get({ ifMatch: '"b"', ifNoneMatch: '"a"' }), 'failed');
    assert.equal(get({ ifMatch: '"a"', ifNoneMatch: '"a"' }), 'not-modified');
    assert.equal(get({ ifMatch: '"a"', ifModifiedSince: then }), 'not-modified');
    assert.equal(get({ ifUnmodifiedSince: before, ifNoneMatch: '"a"' }), 'failed');
  });

  test('dates that are none count as absent, tags that are none do not', () => {
    assert.equal(put({ ifUnmodifiedSince: 'yesterday' }), 'proceed');
    assert.equal(get({ ifModifiedSince: `${then}, ${then}` }), 'proceed');
    assert.throws(() => put({ ifMatch: 'a' }), HeaderError);
  });
});
