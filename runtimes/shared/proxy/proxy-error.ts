// What the proxy answers to a request that it cannot carry out, in the words of the reference. For the engine and the HTTP API.

/** `status` is the one of the HTTP answer, `message` the exact text of its `error` field. */
export class ProxyError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProxyError";
    this.status = status;
  }
}

export function badBody(reason: string): ProxyError {
  return new ProxyError(400, `bad request body: ${reason}`);
}

export function missingField(field: string): ProxyError {
  return new ProxyError(400, `missing required field: ${field}`);
}

export function proxyNotFound(): ProxyError {
  return new ProxyError(404, "proxy not found");
}

export function toxicNotFound(): ProxyError {
  return new ProxyError(404, "toxic not found");
}
