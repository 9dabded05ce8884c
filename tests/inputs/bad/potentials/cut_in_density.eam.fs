A small table
for the tests
of the reader
2 Cu Zr
6 0.5 6 1 5.5
29 63.546 3.615 fcc
0 -0.6 -0.9
-1.1 -1.3 -1.4
0.9 0.6 0.3
0.1 0.02 0
0.9 0.6 0.3
