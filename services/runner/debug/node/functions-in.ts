import type {
  AnonymousClassDeclaration,
  AnyNode,
  ArrowFunctionExpression,
  Class,
  Expression,
  FunctionExpression,
  PrivateIdentifier,
} from 'acorn'
import type { Position } from './source-map.ts'

/** A name, and where it is written. */
export type Named = { readonly text: string; readonly at: Position }

export type NamedFunction = {
  readonly name: Named
  /** The class or the object that it is of. */
  readonly owner: Named | undefined
  /** Where its body begins, behind its parameters, and where it ends. */
  readonly inside: Position
  readonly end: Position
}

type Called = { readonly name?: Named | undefined; readonly owner?: Named | undefined }
type Key = { readonly key: Expression | PrivateIdentifier; readonly computed: boolean }
type AnyFunction = Pick<FunctionExpression | ArrowFunctionExpression, 'body'>

/**
 * The functions of a source that have names, each by all that it has: declared, assigned, a part of an object, a method of a
 * class. A constructor goes by the name of its class as well. Undefined where it cannot be read. The parser is loaded when it is
 * needed first.
 */
export async function functionsIn(
  source: string,
  { isModule }: { readonly isModule: boolean },
): Promise<readonly NamedFunction[] | undefined> {
  const { parse } = await import('acorn')
  const sourceType = isModule ? 'module' : 'commonjs'
  const finder = new FunctionFinder(positionsIn(source))
  try {
    finder.look(parse(source, { ecmaVersion: 'latest', sourceType }) as AnyNode)
    return finder.found
  } catch {
    return undefined // it is none, or nests too deeply
  }
}

class FunctionFinder {
  readonly found: NamedFunction[] = []
  readonly #at: (offset: number) => Position
  /** The class around what is looked at. */
  #class: Named | undefined

  constructor(at: (offset: number) => Position) {
    this.#at = at
  }

  /** `called`: what the value of this is called by where it stands. */
  look(node: AnyNode, called: Called = {}): void {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#add(node, called)
        if (node.id) this.#add(node, { name: this.#named(node.id.name, node.id) })
        break
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#lookAtClass(node, called)
        return
      case 'ObjectExpression':
        for (const property of node.properties) {
          if (property.type !== 'Property') this.look(property)
          else this.look(property.value, { name: this.#key(property), owner: called.name })
        }
        return
      case 'VariableDeclarator': {
        const { id, init } = node
        if (id.type !== 'Identifier') break
        if (init) this.look(init, { name: this.#named(id.name, id) })
        return
      }
      case 'AssignmentExpression':
        this.look(node.left)
        this.look(node.right, this.#assigned(node.left))
        return
      case 'ExportDefaultDeclaration':
        this.look(node.declaration, { name: this.#named('default', node) })
        return
    }
    this.#lookInside(node)
  }

  #lookInside(node: object): void {
    for (const part of Object.values(node)) {
      if (typeof part !== 'object' || part === null) continue
      if ('type' in part) this.look(part as AnyNode)
      else if (Array.isArray(part)) this.#lookInside(part)
    }
  }

  #lookAtClass({ id, body, superClass }: Class | AnonymousClassDeclaration, called: Called): void {
    const name = id ? this.#named(id.name, id) : called.name
    const around = this.#class
    this.#class = name
    if (superClass) this.look(superClass)
    for (const member of body.body) {
      if (member.type === 'StaticBlock') this.look(member)
      else {
        const { value } = member
        if (value) this.look(value, { name: this.#key(member), owner: name })
        if (member.type === 'MethodDefinition' && member.kind === 'constructor')
          this.#add(member.value, { name })
      }
    }
    this.#class = around
  }

  #add({ body }: AnyFunction, { name, owner }: Called): void {
    if (name === undefined) return
    const inside = body.type === 'BlockStatement' ? body.start + 1 : body.start
    this.found.push({ name, owner, inside: this.#at(inside), end: this.#at(body.end) })
  }

  #named(text: string, { start }: { readonly start: number }): Named {
    return { text, at: this.#at(start) }
  }

  #key({ key, computed }: Key): Named | undefined {
    if (key.type === 'PrivateIdentifier') return this.#named(`#${key.name}`, key)
    if (key.type === 'Identifier' && !computed) return this.#named(key.name, key)
    return key.type === 'Literal' && typeof key.value === 'string' ? this.#named(key.value, key) : undefined
  }

  /** What goes by the name that it is exported by is nobody's. */
  #assigned(left: AnyNode): Called {
    if (left.type === 'Identifier') return { name: this.#named(left.name, left) }
    if (left.type !== 'MemberExpression') return {}
    const { object, property: key, computed } = left
    const isExports = object.type === 'Identifier' && object.name === 'module'
    const name = this.#key({ key, computed })
    if (isExports && name?.text === 'exports') return {}
    if (object.type === 'ThisExpression') return { name, owner: this.#class }
    if (object.type === 'Identifier' && object.name === 'exports') return { name }
    const of = this.#assigned(object)
    const isPrototype = object.type === 'MemberExpression' && of.name?.text === 'prototype'
    return { name, owner: isPrototype ? of.owner : of.name }
  }
}

/** From offsets to places: what the inspector takes for the end of a line is one. */
function positionsIn(source: string): (offset: number) => Position {
  const starts = [0]
  for (const { index, 0: end } of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(index + end.length)
  return offset => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low, column: offset - (starts[low] ?? 0) }
  }
}
