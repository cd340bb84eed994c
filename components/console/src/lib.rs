//! The component `console`: the files of the web app for admins. All of it is in `shared/operations/console`.

spin_capabilities::component!(without_stores: edge_console::router);
