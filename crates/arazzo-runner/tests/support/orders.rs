//! An API that makes orders and shows them.

pub(crate) const ORDERS: &str = "
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
servers: [{url: 'https://orders.example.com'}]
paths:
  /orders:
    post:
      operationId: addOrder
      security: [{key: []}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {type: integer, minimum: 7}}}}}}
  /orders/{id}:
    get:
      operationId: getOrder
      security: [{key: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: found
          content:
            application/json:
              examples:
                shipped: {value: {state: shipped}}
                lost: {value: {state: lost}}
components:
  securitySchemes:
    key: {type: apiKey, name: X-Key, in: header}
";
