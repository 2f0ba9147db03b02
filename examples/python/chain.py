from worker import activity

f1 = activity("F1")
f2 = activity("F2")
f3 = activity("F3")
f4 = activity("F4")

print(f4(f3(f2(f1()))))
