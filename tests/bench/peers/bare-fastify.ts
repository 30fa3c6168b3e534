import Fastify from 'fastify'
import { tellAddress } from './told.ts'

/** Two routes that do nothing but answer with what they were given at the start: a session, and a command for any body. */
const { session, command } = JSON.parse(process.argv[2] ?? '')
const server = Fastify()
server.get('/sessions/:session', async () => session)
server.post('/sessions/:session/commands', async (_, reply) => reply.status(201).send(command))
const url = await server.listen({ port: 0, host: '127.0.0.1' })
await tellAddress({ url: `${url}/sessions/${session.id}`, headers: {} })
process.exit()
