A small table
for the tests
of the reader
2 Cu Zr
6 0.5 6 1 5.5
29 63.546 3.615 fcc
0 -0.6 -0.9
