import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { attachment } from '../../../../../lib/content-disposition.ts'
import { type Names, namesIn, shown } from '../../../../../lib/tree/names.ts'
import { openFileAt, Tree, treeErrorOf } from '../../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../../lib/tree/tree-error.ts'
import { listenOn } from '../serving/listen.ts'
import { Refused, refuseOtherSites, sendJson, sendRefusal } from '../serving/refused.ts'
import { archiveName, type Part, safe, sendArchive, takeTurn } from './archive.ts'
import { makeDirectories, move, remove } from './change.ts'
import { sendFile } from './content.ts'
import { mostEntries, pageOf } from './entries.ts'
import { uploadForm } from './form.ts'
import { listing, listingPolicy } from './listing.ts'
import { inUrl, namesInUrl, type Target, targetOf } from './request-path.ts'
import { Uploads } from './upload.ts'

export type FilesOptions = {
  readonly socket: string
  /** Without symbolic links. */
  readonly directory: string
  readonly mostUploadBytes: number
}

type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: Target
  readonly withBody: boolean
}

const usualLimit = 1_000
const deepestTree = 20

/** The files of a worktree, on a unix socket: pages for people, and the API of Octo's file server. */
export async function startFiles({
  socket,
  directory,
  mostUploadBytes,
}: FilesOptions): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack()
  const worktree = starting.use(await Tree.open(directory))
  const files = new Files(worktree, mostUploadBytes)
  await files.uploads.removeLeft()
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    files.answer(request, response).catch(error => sendRefusal(request, response, treeErrorOf(error)))
  }
  const server = createServer(answer)
  // It is told to go on when its body is read; who is refused need not send it.
  server.on('checkContinue', answer)
  starting.use(await listenOn(server, socket))
  return starting.move()
}

class Files {
  readonly uploads: Uploads
  readonly #worktree: Tree
  readonly #most: number

  constructor(worktree: Tree, most: number) {
    this.#worktree = worktree
    this.#most = most
    this.uploads = new Uploads(worktree)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request.url ?? '/')
    const { path } = target
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (method !== 'GET') refuseOtherSites(request)
    const asked = { request, response, target, withBody: request.method !== 'HEAD' }
    if (path.startsWith('/view/')) {
      if (method === 'GET') return this.#view(asked)
      throw new Refused('METHOD_NOT_ALLOWED', 'files are changed at /file', { allow: 'GET, HEAD' })
    }
    const ways = this.#ways.get(path)
    if (ways === undefined) throw new Refused('NOT_FOUND', `there is nothing at ${path}`)
    const way = ways[method ?? '']
    if (way !== undefined) return way(asked)
    throw new Refused('METHOD_NOT_ALLOWED', `${method} is not for ${path}`, {
      allow: Object.keys(ways)
        .flatMap(one => (one === 'GET' ? ['GET', 'HEAD'] : [one]))
        .join(', '),
    })
  }

  readonly #ways: ReadonlyMap<string, Readonly<Record<string, (asked: Asked) => Promise<void>>>> = new Map([
    ['/', { GET: async ({ response }) => redirect(response, 302, 'view/') }],
    ['/view', { GET: async ({ response }) => redirect(response, 301, 'view/') }],
    [
      '/health',
      { GET: async ({ response }) => sendJson(response, 200, { status: 'ok', root: this.#worktree.path }) },
    ],
    ['/tree', { GET: asked => this.#tree(asked) }],
    [
      '/file',
      {
        GET: asked => this.#file(asked),
        PUT: asked => this.#put(asked),
        POST: asked => this.#post(asked),
        DELETE: asked => this.#delete(asked),
      },
    ],
    ['/mkdir', { PUT: asked => this.#mkdir(asked), POST: asked => this.#mkdir(asked) }],
    ['/rename', { POST: asked => this.#rename(asked) }],
    ['/download', { GET: asked => this.#download(asked) }],
    ['/download-zip', { GET: asked => this.#downloadZip(asked) }],
  ])

  async #view(asked: Asked): Promise<void> {
    const { response, target, withBody } = asked
    const encoded = target.path.slice('/view/'.length)
    const names = namesInUrl(encoded)
    await using place = await this.#worktree.resolve(names, { followLast: true })
    const { directory, name } = place
    if (name !== undefined) {
      if (encoded.endsWith('/')) throw new Refused('NOT_A_DIRECTORY', `${shown(names)} is no directory`)
      return await this.#send(directory, name, asked)
    }
    if (encoded !== '' && !encoded.endsWith('/')) {
      const last = names.at(-1)
      return redirect(response, 301, last === undefined ? './' : `./${inUrl(last)}/`)
    }
    const page = await pageOf(this.#worktree, directory, names, {
      hidden: true,
      limit: usualLimit,
      after: target.parameters.get('after')?.toString(),
      depth: 1,
    })
    const content = Buffer.from(listing(names, page))
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': content.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': listingPolicy,
      'referrer-policy': 'no-referrer',
    })
    response.end(withBody ? content : undefined)
  }

  async #tree({ response, target }: Asked): Promise<void> {
    const names = pathOf(target, '.')
    const options = {
      hidden: flag(target, 'show_hidden'),
      limit: count(target, 'limit', usualLimit, mostEntries),
      after: target.parameters.get('after')?.toString(),
      depth: count(target, 'depth', 1, deepestTree),
    }
    await using opened = await this.#worktree.directory(names)
    const page = await pageOf(this.#worktree, opened.handle, names, options)
    sendJson(response, 200, page.entries, {
      ...(page.next === undefined ? {} : { link: `<${nextOf(target, page.next)}>; rel="next"` }),
      ...(page.truncated ? { 'x-truncated': 'true' } : {}),
    })
  }

  async #file(asked: Asked): Promise<void> {
    const names = pathOf(asked.target)
    await using place = await this.#worktree.resolve(names, { followLast: true })
    const { directory, name } = place
    if (name === undefined) throw new Refused('NOT_A_FILE', `${shown(names)} is a directory`)
    await this.#send(directory, name, asked)
  }

  async #send(
    directory: Parameters<typeof openFileAt>[0],
    name: Buffer,
    { request, response, withBody }: Asked,
    disposition?: string,
  ): Promise<void> {
    await using file = await openFileAt(directory, name)
    const { headers } = request
    await sendFile(file, name.toString(), {
      ...{ headers, response, withBody },
      ...(disposition === undefined ? {} : { disposition }),
    })
  }

  async #put({ request, response, target }: Asked): Promise<void> {
    const names = pathOf(target)
    const { created, etag } = await this.uploads.write(names, bodyOf(request, response), {
      headers: request.headers,
      most: this.#most,
      make: flag(target, 'mkdir'),
    })
    succeed(response, created ? 201 : 200, created ? 'created' : 'replaced', names, { etag })
  }

  /** Files of a form. `path` is the directory they go to, or the name of the one there is where no directory is there. */
  async #post({ request, response, target }: Asked): Promise<void> {
    const names = pathOf(target)
    const isDirectory = await this.#isDirectory(names, target)
    const written: Names[] = []
    const form = uploadForm(request, this.#most, () => proceed(request, response))
    for await (const { name, content } of form) {
      const place = isDirectory ? [...names, ...namesIn(Buffer.from(name))] : names
      if (!isDirectory && written.length > 0)
        throw new Refused('INVALID_REQUEST', `several files cannot all be ${shown(names)}`)
      await this.uploads.write(place, content, { headers: {}, most: this.#most, make: flag(target, 'mkdir') })
      written.push(place)
    }
    if (written.length === 0) throw new Refused('INVALID_REQUEST', 'there is no file in the form')
    // A browser that has sent the form of a listing goes back to it.
    if (isDirectory && request.headers.accept?.includes('text/html'))
      return redirect(response, 303, `view/${names.map(one => `${inUrl(one)}/`).join('')}`)
    succeed(response, 201, `${written.length} uploaded`, written.length === 1 ? (written[0] ?? names) : names)
  }

  async #isDirectory(names: Names, target: Target): Promise<boolean> {
    try {
      await using place = await this.#worktree.resolve(names, { followLast: true })
      if (place.name === undefined) return true
    } catch (error) {
      if (!(error instanceof TreeError) || error.code !== 'NOT_FOUND') throw error
    }
    return target.parameters.get('path')?.at(-1) === 0x2f
  }

  async #delete({ response, target }: Asked): Promise<void> {
    const names = pathOf(target)
    await remove(this.#worktree, names)
    succeed(response, 200, 'deleted', names)
  }

  async #mkdir({ response, target }: Asked): Promise<void> {
    const names = pathOf(target)
    const made = await makeDirectories(this.#worktree, names)
    succeed(response, made ? 201 : 200, made ? 'created' : 'it was there', names)
  }

  async #rename({ response, target }: Asked): Promise<void> {
    const [from, to] = [pathOf(target, undefined, 'old_path'), pathOf(target, undefined, 'new_path')]
    await move(this.#worktree, from, to)
    succeed(response, 200, 'moved', to)
  }

  async #download(asked: Asked): Promise<void> {
    const names = pathOf(asked.target)
    await using place = await this.#worktree.resolve(names, { followLast: true })
    const { directory, name } = place
    if (name !== undefined) return await this.#send(directory, name, asked, attachment(shown(names)))
    await this.#archive(asked, [{ names, as: '' }], archiveName(names))
  }

  async #downloadZip(asked: Asked): Promise<void> {
    const { parameters } = asked.target
    const given = parameters.get('paths')?.toString('latin1') ?? ''
    const paths = given.split(',').filter(Boolean)
    if (paths.length === 0) throw new Refused('INVALID_REQUEST', 'paths names nothing: paths=a,b')
    const parts = paths.map(path => {
      const names = scoped(asked.target, Buffer.from(path, 'latin1'))
      return { names, as: names.map(safe).join('/') }
    })
    for (const { names } of parts) {
      await using place = await this.#worktree.resolve(names, { followLast: true })
      if (place.name !== undefined) await (await openFileAt(place.directory, place.name)).close()
    }
    const name = parameters.get('name')?.toString() ?? 'download'
    await this.#archive(asked, parts, name.endsWith('.zip') ? name : `${name}.zip`)
  }

  async #archive({ response, withBody }: Asked, parts: readonly Part[], name: string): Promise<void> {
    using _ = takeTurn()
    response.writeHead(200, {
      'content-type': 'application/zip',
      'content-disposition': attachment(name),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    if (withBody) await sendArchive(this.#worktree, parts, response)
    else response.end()
  }
}

/** The path that a parameter tells, below what `directory` tells. */
function pathOf(target: Target, usual?: string, parameter = 'path'): Names {
  const given = target.parameters.get(parameter)
  if (given !== undefined) return scoped(target, given)
  if (usual === undefined) throw new Refused('INVALID_REQUEST', `${parameter} is missing`)
  return scoped(target, Buffer.from(usual))
}

const scoped = (target: Target, path: Buffer): Names => [
  ...namesIn(target.parameters.get('directory') ?? Buffer.alloc(0)),
  ...namesIn(path),
]

const flag = ({ parameters }: Target, name: string): boolean =>
  ['true', '1', ''].includes(parameters.get(name)?.toString() ?? 'false')

function count({ parameters }: Target, name: string, usual: number, most: number): number {
  const given = parameters.get(name)?.toString()
  if (given === undefined) return usual
  const number = Number(given)
  if (!/^\d+$/.test(given) || number < 1 || number > most)
    throw new Refused('INVALID_REQUEST', `${name} is a whole number from 1 to ${most}`)
  return number
}

const nextOf = ({ parameters }: Target, after: string): string => {
  const others = [...parameters].filter(([name]) => name !== 'after')
  return `tree?${[...others.map(([name, value]) => `${inUrl(Buffer.from(name))}=${inUrl(value)}`), `after=${after}`].join('&')}`
}

const redirect = (response: ServerResponse, status: number, location: string): void => {
  response.writeHead(status, { location, 'content-length': 0, 'cache-control': 'no-store' }).end()
}

const succeed = (
  response: ServerResponse,
  status: number,
  message: string,
  names: Names,
  headers: Record<string, string> = {},
): void => sendJson(response, status, { success: true, message, path: shown(names) }, headers)

/** Tells a client that waits for it to send its body. */
const proceed = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  if (headers.expect !== undefined) response.writeContinue()
}

async function* bodyOf(request: IncomingMessage, response: ServerResponse): AsyncGenerator<Buffer> {
  proceed(request, response)
  for await (const chunk of request) yield chunk
}
