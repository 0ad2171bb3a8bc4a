#pragma once

/// What is done with nodes and their permissions, each a scenario.
void nodes();
void kinds();
void permissions();
void transactions();
void configuration();
