// The page at /docs: the API's description, which the edge serves, shown by Swagger UI. "Try it out" calls this edge with the
// key that was entered under "Authorize".
import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUI({ url: '/openapi.json', dom_id: '#api', docExpansion: 'none', deepLinking: true, filter: true, defaultModelsExpandDepth: 0 });
