"""Finding Graphviz, running it, and making its pictures readable for all."""
