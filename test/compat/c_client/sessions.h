#pragma once

/// Watches and what becomes of them and of their session, each a scenario.
void watches();
void watches_taken_back();
void cut_connection();
void session_resumed();
void sessions_that_are_none();
void changed_root();
