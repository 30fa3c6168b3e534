import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenApiDocument } from '../../../services/api/openapi/document.ts'

/** Holds values to the schemas of an OpenAPI document, which are found by their places in it. */
export class DocumentSchemas {
  readonly #ajv: Ajv2020
  readonly #known = new Map<string, ValidateFunction>()

  constructor(document: OpenApiDocument) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ $id: 'document', ...JSON.parse(JSON.stringify(document)) })
  }

  /** What is wrong with a value, by the schema at this place; undefined where nothing is. */
  fault(value: unknown, ...place: readonly string[]): string | undefined {
    const pointer = place
      .map(part => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
      .join('')
    const validate = this.#known.get(pointer) ?? this.#ajv.compile({ $ref: `document#${pointer}` })
    this.#known.set(pointer, validate)
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors)
  }
}
