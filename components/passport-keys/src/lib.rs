//! The component `passport-keys`: fetches the keys of whoever issues tokens, for the other components alone. It is all of
//! the application that may connect to anywhere; no route leads to it. What it does is in `shared/identity/access`.

spin_capabilities::component!(edge_access::passport_keys_router);
