import { createRequire } from 'node:module'
import { join } from 'node:path'
import { npmPeers } from '../npm-peers.ts'
import { tellAddress } from './told.ts'

/** Fastify's own plugin for it, as its documentation shows it. */
const installed = npmPeers('proxies', { fastify: '5.12.8', '@fastify/http-proxy': '11.6.3' })
const load = createRequire(join(installed, 'here.js'))
const server = load('fastify')()
server.register(load('@fastify/http-proxy'), { upstream: process.argv[2] ?? '' })
const url = await server.listen({ port: 0, host: '127.0.0.1' })
await tellAddress({ url, headers: {} })
process.exit()
