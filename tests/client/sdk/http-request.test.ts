import t from 'tap'
import { httpRequest } from '../../../client/sdk/http-request.ts'
import { contract } from '../../../services/contract/contract.ts'

t.test('each field travels where the contract puts it', t => {
  t.same(httpRequest(contract['sessions.get'], { session: '@last', wait: 5 }), {
    method: 'GET',
    path: '/sessions/%40last?wait=5',
    body: undefined,
  })
  t.same(httpRequest(contract['sessions.delete'], { session: 'ses_0', wait: undefined }), {
    method: 'DELETE',
    path: '/sessions/ses_0',
    body: undefined,
  })
  t.same(httpRequest(contract['commands.run'], { session: 'ses_0', command: ['git', 'status'], wait: 0 }), {
    method: 'POST',
    path: '/sessions/ses_0/commands',
    body: '{"command":["git","status"],"wait":0}',
  })
  t.same(httpRequest(contract['sessions.stop'], { session: 'a' }).body, '{}', 'a POST always has a body')
  t.equal(
    httpRequest(contract['sessions.logs'], { session: 'a', follow: true, stream: 'stderr' }).path,
    '/sessions/a/logs?follow=true&stream=stderr',
  )
  t.end()
})

t.test('no value can leave its place', t => {
  const path = (repository: unknown) => httpRequest(contract['repositories.get'], { repository }).path
  t.equal(path('a/b?c#d e'), '/repositories/a%2Fb%3Fc%23d%20e')
  t.equal(path('$&'), '/repositories/%24%26', 'what replace() would expand is plain text')
  for (const bad of ['', '.', '..', undefined, 7]) t.throws(() => path(bad), { name: 'TypeError' })
  t.equal(
    httpRequest(contract['sessions.list'], { status: 'a&limit=9' }).path,
    '/sessions?status=a%26limit%3D9',
  )
  t.end()
})
