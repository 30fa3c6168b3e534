import { publicUri, schemeOf } from '../../../../config/mcp/names.ts'
import { isTable, type Table } from './table.ts'

/** Whose resource an address is, among these servers, and what that server calls it. */
export function ownUri(
  uri: string,
  servers: readonly string[],
): { readonly server: string; readonly uri: string } | undefined {
  const at = uri.indexOf('+')
  const server = servers.find(name => schemeOf(name) === uri.slice(0, Math.max(0, at)))
  return server === undefined ? undefined : { server, uri: uri.slice(at + 1) }
}

/**
 * What a server answers, with the addresses of its resources as clients know them: those that it lists, those that it gives, and
 * those that the content of tools and prompts links to.
 */
export function withPublicUris(server: string, answer: Table): Table {
  const named = (value: unknown): unknown => (isTable(value) ? renamed(server, value) : value)
  const each = (value: unknown): unknown => (Array.isArray(value) ? value.map(named) : named(value))
  const messages = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(message => (isTable(message) ? { ...message, content: each(message.content) } : message))
      : value
  return {
    ...answer,
    ...('content' in answer ? { content: each(answer.content) } : {}),
    ...('contents' in answer ? { contents: each(answer.contents) } : {}),
    ...('messages' in answer ? { messages: messages(answer.messages) } : {}),
  }
}

/** A resource, a template of some, a link to one, or content that is one. */
export function renamed(server: string, item: Table): Table {
  const { uri, uriTemplate, resource } = item
  return {
    ...item,
    ...(typeof uri === 'string' ? { uri: publicUri(server, uri) } : {}),
    ...(typeof uriTemplate === 'string' ? { uriTemplate: publicUri(server, uriTemplate) } : {}),
    ...(isTable(resource) ? { resource: renamed(server, resource) } : {}),
  }
}
